"""From split rows to a fitted classifier, and the search for C and the threshold."""
