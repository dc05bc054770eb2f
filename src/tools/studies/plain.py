"""What a competent user would write without the pipeline, for `make bench-large` to compare it with.

python src/tools/studies/plain.py TABLE TARGET
"""

import sys

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

table, target = sys.argv[1:]
rows = pd.read_csv(table)
train, test = train_test_split(rows, test_size=0.25, stratify=rows[target], random_state=27)
features = [name for name in rows.columns if name != target]
scaler = StandardScaler().fit(train[features])
model = LogisticRegression().fit(scaler.transform(train[features]), train[target])
probability = model.predict_proba(scaler.transform(test[features]))[:, 1]
print(model.coef_, model.intercept_)
print(
    f"accuracy {accuracy_score(test[target], probability >= 0.5):.4f}",
    f"log loss {log_loss(test[target], probability):.4f}",
    f"AUC {roc_auc_score(test[target], probability):.4f}",
)
