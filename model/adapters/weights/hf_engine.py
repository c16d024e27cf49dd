"""A model of the library transformers as a model that gives logits. What an encoder reads is padded on the right and
masked.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

import torch

from turncheck.model.adapters.weights.logits import Ids, Logits
from turncheck.model.batching import repeatable

CACHES = ("past_key_values", "cache", "cache_params")
"""Names of the argument for the cache (keys and values, or a state) in models of several ages."""


class HuggingFaceModel:
    """A causal model, with an encoder or without."""

    rows = None

    def __init__(self, model: Any) -> None:
        self.model = model
        self.vocabulary = int(model.config.get_text_config().vocab_size)
        takes = inspect.signature(model.forward).parameters
        self._cache = next((name for name in reversed(CACHES) if name in takes), None)
        self._last = {"logits_to_keep": 1} if "logits_to_keep" in takes else {}
        self._ids = "decoder_input_ids" if model.config.is_encoder_decoder else "input_ids"

    @repeatable
    def read(self, sources: Sequence[Sequence[int]]) -> Mapping[str, Any]:
        """Return the decoder's inputs besides tokens."""
        longest = max(map(len, sources))
        ids = torch.tensor([[*source, *[0] * (longest - len(source))] for source in sources])
        mask = torch.tensor([[1] * len(source) + [0] * (longest - len(source)) for source in sources])
        read = self.model.get_encoder()(input_ids=ids, attention_mask=mask, return_dict=True)
        return {"encoder_outputs": read, "attention_mask": mask}

    @repeatable
    def next(self, tokens: Ids, beside: Mapping[str, Any] | None, cache: Any) -> tuple[Logits, Any]:
        """Return the logits after the last token, (B, vocabulary), and the cache."""
        kept = {} if self._cache is None else {"use_cache": True, self._cache: cache}
        found = self.model(**{self._ids: torch.from_numpy(tokens)}, **(beside or {}), **kept, **self._last)
        return found.logits[:, -1].float().numpy(), None if self._cache is None else getattr(found, self._cache, None)

    @repeatable
    def whole(self, tokens: Ids, beside: Mapping[str, Any] | None, first: int = 0) -> Logits:
        """Return the logits after each token, (B, T, vocabulary), without those before `first` if the model can leave
        them out.
        """
        kept = dict.fromkeys(self._last, tokens.shape[1] - first)
        found = self.model(**{self._ids: torch.from_numpy(tokens)}, **(beside or {}), **kept, use_cache=False)
        return found.logits.float().numpy()  # type: ignore[no-any-return]
