"""The odds of each feature, by Firth's bias-reduced likelihood."""
