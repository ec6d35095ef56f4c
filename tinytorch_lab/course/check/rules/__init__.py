"""The functions that check the rules, by theme; standard.py says which function checks which rule."""
