"""Random numbers that are a function of a seed and a key, for compiled code (splitmix64; Steele, Lea, Flood 2014)."""

from __future__ import annotations

import numpy as np
from numba import njit

GOLDEN = np.uint64(0x9E3779B97F4A7C15)


@njit(cache=True)
def mix(x):
    """The finalizer."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True)
def start(seed, key):
    """A source of random numbers of its own for each key."""
    state = np.empty(1, np.uint64)
    state[0] = mix(mix(np.uint64(seed)) ^ np.uint64(key))
    return state


@njit(cache=True)
def draw(state):
    state[0] += GOLDEN
    return mix(state[0])


@njit(cache=True)
def unit(state):
    return float(draw(state) >> np.uint64(11)) * 2.0**-53


@njit(cache=True)
def below(state, n):
    return int(unit(state) * n)
