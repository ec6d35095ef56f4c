"""The kernel's side of measuring: how cells of an IPython shell come to be measured, and how the figures come to the screen."""
