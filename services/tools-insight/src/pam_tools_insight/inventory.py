"""The tables and views PAM consists of, by the schema of the service that owns them."""

OWNED = {
    "account": """
        profiles user_settings privacy_settings user_subscriptions vehicles pam_feedback shop_products cart_items
        shop_orders order_items affiliate_sales calendar_events financial_audit_log
    """,
    "budget": """
        expenses budgets budget_categories budget_summary income_entries hustle_ideas user_hustle_attempts
        youtube_hustles pam_savings_events monthly_savings_summary savings_guarantee_history financial_audit_log
    """,
    "insight": """
        admin_users user_active_sessions pam_analytics_logs analytics_daily analytics_summary pam_recommendations
        active_recommendations pam_admin_knowledge pam_knowledge_usage_log pam_user_context pam_learning_events
        pam_memory pam_conversation_memory pam_conversation_sessions chat_sessions audio_cache security_audit_log
    """,
    "persistence": "pam_conversations pam_messages message_dead_letter_queue security_audit_log",
    "social": """
        members social_posts comments post_likes user_follows blocked_members messages shared_locations meetups
        event_attendees social_groups group_memberships marketplace_listings facebook_groups community_tips
    """,
    "trip": """
        user_trips manual_waypoints maintenance_records fuel_log fuel_stations local_events camping_locations
        offroad_routes favorite_locations vehicle_consumption known_locations financial_audit_log
    """,
}

EXPECTED = {f"{schema}.{name}" for schema, names in OWNED.items() for name in names.split()}
"""As ``schema.table``."""
