"""Answers a file of prompts with a model, as it may be done on another machine: prompts on stdin, answers on stdout."""

import json
import sys
from itertools import islice

from my_model import predict  # stands for yours: from a list of texts to a list of texts

BATCH = 64

header, *lines = map(json.loads, sys.stdin)
print(json.dumps(header))
waiting = iter(lines)
while batch := list(islice(waiting, BATCH)):
    answers = predict([line["prompt"] for line in batch])
    for line, answer in zip(batch, answers, strict=True):
        print(json.dumps({**line, "answer": answer}))
