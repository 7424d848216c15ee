"""Texts of crowd-kit for the answers in a JSON Lines file: one JSON object, method to object to text.

crowd-kit asks its caller for a sentence encoder; these are TF-IDF over words, TF-IDF over runs of two to four
characters, and hashed words, fitted to the answers alone.
"""

import json
import sys

import pandas
from crowdkit.aggregation import ROVER, ClosestToAverage, TextHRRASA, TextRASA
from scipy.spatial import distance
from sklearn.feature_extraction.text import HashingVectorizer, TfidfVectorizer

last = {}
for line in open(sys.argv[1], encoding="utf-8"):
    row = json.loads(line)
    last[row["object_id"], row["worker_id"]] = row["text"]
answers = pandas.DataFrame(
    [{"task": task, "worker": worker, "text": text} for (task, worker), text in last.items()]
)

texts = {"ROVER": ROVER(lambda text: text.split(" "), " ".join).fit_predict(answers)}
vectorizers = {
    "TF-IDF of words": TfidfVectorizer(),
    "TF-IDF of characters": TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)),
    "hashed words": HashingVectorizer(n_features=1024),
}
for name, vectorizer in vectorizers.items():
    vectorizer.fit(answers.text)

    def encoder(text):
        return vectorizer.transform([text]).toarray()[0]

    rasa = TextRASA(encoder=encoder).fit_predict(answers, true_objects=None)
    texts[f"RASA, {name}"] = rasa["text"]
    hrrasa = TextHRRASA(encoder=encoder).fit_predict(answers, None)
    texts[f"HRRASA, {name}"] = hrrasa["text"]
    outputs = answers.rename(columns={"text": "output"})
    outputs["embedding"] = outputs.output.apply(encoder)
    closest = ClosestToAverage(distance=distance.cosine).fit_predict(outputs)
    texts[f"ClosestToAverage, {name}"] = closest["output"]

# Some methods give one text of an object several times, where workers gave equal texts.
json.dump(
    {name: series[~series.index.duplicated()].to_dict() for name, series in texts.items()},
    sys.stdout,
)
