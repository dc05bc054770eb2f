"""What makes the evidence in the docs: coverage, solvers, reproducibility, times."""
