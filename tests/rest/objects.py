"""The objects of the API as the contract lists them: names in their order."""

# ruff: noqa: SIM905 - lists of words read best as words

ACCOUNT = """
id platform username type name description profile_pic_url profile_pic_url_original is_verified is_active
is_unavailable link_in_bio creator_id creator_name category metadata added_at first_scrape_time last_scrape_time
scrape_interval_hours follower_count following_count profile_post_count total_post_count view_count like_count
comment_count share_count play_count saved_count fb_play_count ig_play_count fb_like_count
max_recent_posts_per_account post_lookback_days effective_max_recent_posts_per_account effective_post_lookback_days
""".split()

VIDEO = """
id platform external_id type shortcode is_active scrape_interval_hours metadata added_at updated_at first_scrape_time
last_scrape_time description create_time media_type duration is_unavailable cover_image_url cover_image_url_original
video_url video_url_original view_count like_count comment_count share_count play_count saved_count total_views
total_plays account_id account_username platform_account_id platform_data
""".split()

ACCOUNT_VIDEO = ["id", "post_id"] + [
    name for name in VIDEO if name not in {"id", "is_active", "scrape_interval_hours", "metadata"}
]

CREATOR = ["id", "name", "type", "is_active", "metadata", "accounts_summary"]

TOP_CREATOR = """
rank id type name views plays likes comments shares engagement engagement_rate followers followers_gained
accounts_summary
""".split()

METRICS = ["views", "plays", "likes", "comments", "shares", "engagement"]

DAILY = """
date views plays likes comments shares saves engagement engagement_rate followers followers_gained
""".split()

SERIES = [*DAILY, "total_views", "total_plays", "total_likes", "total_comments", "total_shares"]
