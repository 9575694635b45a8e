"""Compile what numba compiles in a new environment, once, for all the processes that come after."""

import numpy as np

import outlens as ol
from outlens.vectors.positions import warm_up

prompt = "Can you come on Friday, and what will you bring?"
texts = [f"What will you bring? We will bring {n} folding chairs on Friday. Thank you for asking." for n in range(8)]
warm_up()
lens = ol.Lens({"prompt": [prompt] * 8, "response": texts}, vectors=np.eye(2)[np.arange(8) % 2], store=False)
lens.shared()
lens.aligned()
index = ol.text.Index(texts, prompt=prompt)
index.shared_phrases()
index.echoed()
index.fit()
ol.text.distinctive(texts, [0, 1] * 4, prompts=[0, 0, 0, 0, 1, 1, 1, 1], min_outputs=1)
