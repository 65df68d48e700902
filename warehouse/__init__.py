"""The thin Python part of the warehouse: set-up, command line, file checks."""
