{# The name under which a platform's own token or coin stands among the currencies in int_rates. #}
{% macro token_unit() %}{{ return('TOKEN') }}{% endmacro %}
