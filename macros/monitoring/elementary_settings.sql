{#
    Settings of the package elementary that need more than a constant in dbt_project.yml (vars there, or
    given with --vars, win over these). The package asks for its settings through adapter.dispatch, which
    finds this macro first; the stand-in of offline_packages/ never asks.

    - The monitors judge the time before as_of, not before the clock: the same files and the same as_of
      give the same anomalies.
    - WAREHOUSE_ELEMENTARY says how much is stored: see elementary_mode.
#}
{% macro default__get_default_config() %}
    {% set settings = elementary.default__get_default_config() %}
    {% set mode = elementary_mode() %}
    {% do settings.update({
        'custom_run_started_at': as_of_text(),
        'disable_dbt_artifacts_autoupload': mode != 'full',
        'disable_run_results': mode != 'full',
        'disable_dbt_invocation_autoupload': mode != 'full',
        'disable_tests_results': mode == 'off',
        'disable_freshness_results': mode == 'off'
    }) %}
    {{ return(settings) }}
{% endmacro %}


{#
    The environment variable WAREHOUSE_ELEMENTARY:
    off      no monitors and none of elementary's models: nothing of it costs anything;
    results  (default) monitors run; their measurements and all test results are stored;
    full     dbt's artifacts and run results are stored, too: for the scheduled build that feeds the report.
#}
{% macro elementary_mode() %}
    {% set mode = env_var('WAREHOUSE_ELEMENTARY', 'results') %}
    {% if mode not in ['off', 'results', 'full'] %}
        {{ exceptions.raise_compiler_error(
            "WAREHOUSE_ELEMENTARY is off, results or full, not '" ~ mode ~ "'."
        ) }}
    {% endif %}
    {{ return(mode) }}
{% endmacro %}
