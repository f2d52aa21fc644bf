"""What a trained nanoPELICAN computes: its formula in GeV^2, its constraints, what each pair adds to a score."""
