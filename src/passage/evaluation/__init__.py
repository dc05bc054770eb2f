"""How good a model is, how sure that is, and where not to believe it; plots and pictures."""
