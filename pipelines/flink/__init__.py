"""The parts of `pipelines/flink_job.py`: the same folds as on Beam, under Flink's keyed state and timers."""
