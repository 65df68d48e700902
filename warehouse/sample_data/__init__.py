"""Sample raw data for both platforms, made by DuckDB from a seed number."""
