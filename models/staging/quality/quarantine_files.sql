-- Filled by the check of raw files that runs before every build (macros/landing/raw_files.sql).
{{ bad_raw_files() }}
