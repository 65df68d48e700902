{{ risk_profile('region') }}
