{{ stage_collection('base_avalo__chats', 'stg_avalo__chats') }}
