{# How a session was come by: from the campaign that it carries, else from the site before, else from there being a page.
   `source` and `medium` are in small letters, `referrer_host` is null where the site before is the shop itself.
   A campaign with words that nobody foresaw is a referral: somebody sent the visitor. #}
{% macro channel(source, medium, referrer_host, page_url) -%}
    {%- set search = '(^|[.])(google|bing|duckduckgo|yahoo|ecosia|baidu|yandex|qwant|startpage|naver|seznam)([.]|$)' -%}
    {%- set social = '(^|[.])(facebook|fb|instagram|tiktok|pinterest|reddit|linkedin|twitter|x|t|youtube|snapchat|threads|vk|whatsapp|lnkd)([.]|$)' -%}
    case
        when {{ medium }} in ('email', 'e-mail', 'e_mail', 'newsletter') or {{ source }} in ('email', 'newsletter') then 'email'
        when {{ medium }} in ('affiliate', 'affiliates', 'partner') then 'affiliate'
        when {{ medium }} in ('display', 'banner', 'cpm', 'video', 'retargeting', 'programmatic') then 'display'
        when {{ medium }} in ('paid_social', 'paidsocial', 'paid-social', 'social_paid', 'paid social') then 'paid_social'
        when {{ medium }} in ('cpc', 'ppc', 'paid', 'sem', 'paid_search', 'paidsearch', 'paid-search', 'paid search')
            then case when {{ matches(source, social) }} then 'paid_social' else 'paid_search' end
        when {{ medium }} in ('organic', 'organic_search', 'seo') then 'organic_search'
        when {{ medium }} in ('social', 'organic_social', 'social-network', 'social_media', 'sm') then 'organic_social'
        when {{ medium }} is null and {{ matches(source, social) }} then 'organic_social'
        when {{ medium }} is not null or {{ source }} is not null then 'referral'
        when {{ matches(referrer_host, social) }} then 'organic_social'
        when {{ matches(referrer_host, search) }} then 'organic_search'
        when {{ referrer_host }} is not null then 'referral'
        when {{ page_url }} is not null then 'direct'
        else 'unknown'
    end
{%- endmacro %}
