"""Speed, error and memory of dspkit beside its peers: ``python -m benchmarks [names]``."""
