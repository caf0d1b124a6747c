"""What would have happened: forks of worlds that share their chance."""
