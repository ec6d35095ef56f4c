"""Plants plausible mistakes in a lesson's solutions and sees whether the lesson's own tests notice."""
