"""The numbers in words, on one page."""
