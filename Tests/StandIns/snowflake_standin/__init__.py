"""Snowflake as far as a mirror needs it, on fakesnow (Snowflake's SQL on DuckDB): see `../README.md`.

What Snowflake's documentation says is followed; what it leaves open, and where fakesnow differs, is said where it is
done.
"""
