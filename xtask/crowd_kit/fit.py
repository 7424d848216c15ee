"""Consolidates answers with crowd-kit: fit.py METHOD ANSWERS.CSV [LABELS.CSV].

Prints CPU seconds of the fit and peak memory in MB. Answers have the columns task, worker and label."""

import resource
import sys
import time

import pandas
from crowdkit.aggregation import MACE, DawidSkene, MajorityVote

METHODS = {"majority": MajorityVote, "dawid-skene": lambda: DawidSkene(n_iter=20), "mace": MACE}

answers = pandas.read_csv(sys.argv[2])
method = METHODS[sys.argv[1]]()
before = time.process_time()
labels = method.fit_predict(answers)
seconds = time.process_time() - before
if len(sys.argv) > 3:
    labels.to_csv(sys.argv[3], header=False)
print(f"{seconds:.3f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
