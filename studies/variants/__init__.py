"""Networks that differ from a trained one in one thing, for tables of what each thing costs in hardware."""
