{{ risk_profile('country_code') }}
