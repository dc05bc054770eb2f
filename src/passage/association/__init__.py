"""The odds of each feature, by Firth's bias-reduced likelihood or, of very many rows, by maximum likelihood."""
