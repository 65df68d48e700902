{{ stage_collection('lnd_avalo__chats', 'stg_avalo__chats') }}
