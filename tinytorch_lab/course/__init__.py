"""The course: its catalogue, what is generated from a lesson, and the student's folder. Knows neither IPython nor tornado."""
