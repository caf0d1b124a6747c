"""What a result says: tables, pictures, the leaderboard and the game among entrants."""
