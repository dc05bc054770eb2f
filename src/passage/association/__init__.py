"""The odds of each feature, which no penalty for prediction holds back."""
