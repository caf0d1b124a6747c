"""What learns: configurations, the learner, trained policies, their evaluation and their pictures."""
