"""Tests: dbt tests and pytest side by side (a package, so that its tools run by name)."""
