{# The thresholds of regional_thresholds that may differ from place to place: its columns but the scope. #}
{% macro regional_threshold_columns() %}
    {{ return([
        'dailyRefundRatePercent', 'maxRefundsPerUser', 'maxRefundsPerCreator', 'panicTriggerThreshold',
        'mismatchReportThreshold', 'tokenDrainVelocity', 'suspiciousCancellationRate',
        'minCreatorResponseTimeSec', 'minCreatorCompletionRate', 'minDailyRevenuePLN',
        'maxRevenueDropPercent', 'aiMisuseThreshold', 'paymentFailureThreshold'
    ]) }}
{% endmacro %}
