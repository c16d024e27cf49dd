"""A model that is slow to load, or to answer at the start, is reported as such."""

import time

from turncheck.properties.session.progress import loading


def test_a_model_that_is_loaded_at_once_is_not_spoken_of():
    said = []
    with loading("exec:x", said.append, first=0.2):
        pass
    time.sleep(0.3)
    assert said == []


def test_a_model_that_takes_long_is_spoken_of_once_until_half_a_minute_is_over():
    said = []
    with loading("exec:x", said.append, first=0.05):
        time.sleep(0.4)
    assert said == ["exec:x is loaded and asked its first prompts: 0 s so far"]
