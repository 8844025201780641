{# How a session was come by: from the campaign that it carries, else from the site before, else from there being a page.
   `source` and `medium` are in small letters, `referrer_host` is null where the site before is the shop itself.
   A campaign with words that nobody foresaw is a referral: somebody sent the visitor. #}
{% macro channel(source, medium, referrer_host, page_url) -%}
    {%- set search = ['google', 'bing', 'duckduckgo', 'yahoo', 'ecosia', 'baidu', 'yandex', 'qwant', 'startpage', 'naver'] -%}
    {%- set social = [
        'facebook', 'fb', 'instagram', 'tiktok', 'pinterest', 'reddit', 'linkedin', 'twitter', 'youtube', 'snapchat',
        'threads', 'whatsapp', 'vk'
    ] -%}
    {%- set social_hosts = ['t.co', 'x.com', 'lnkd.in', 'youtu.be', 'wa.me'] -%}
    {%- set mediums = {
        'email': ['email', 'e-mail', 'e_mail', 'newsletter'],
        'affiliate': ['affiliate', 'affiliates', 'partner'],
        'display': ['display', 'banner', 'cpm', 'video', 'retargeting', 'programmatic'],
        'paid_social': ['paid_social', 'paidsocial', 'paid-social', 'social_paid', 'paid social'],
        'organic_search': ['organic', 'organic_search', 'seo'],
        'organic_social': ['social', 'organic_social', 'social-network', 'social_media', 'sm']
    } -%}
    {%- set paid = ['cpc', 'ppc', 'paid', 'sem', 'paid_search', 'paidsearch', 'paid-search', 'paid search'] -%}
    case
        when {{ medium }} is not null
            then
                case
                    {%- for name, words in mediums.items() %}
                    when {{ is_one_of(medium, words) }} then '{{ name }}'
                    {%- endfor %}
                    when {{ is_one_of(medium, paid) }}
                        then case when {{ host_is_among(source, social) }} then 'paid_social' else 'paid_search' end
                    else 'referral'
                end
        when {{ source }} is not null
            then
                case
                    when {{ is_one_of(source, mediums['email']) }} then 'email'
                    when {{ host_is_among(source, social) }} then 'organic_social'
                    else 'referral'
                end
        when {{ referrer_host }} is not null
            then
                case
                    when {{ is_one_of(referrer_host, social_hosts) }} then 'organic_social'
                    when {{ host_is_among(referrer_host, social) }} then 'organic_social'
                    when {{ host_is_among(referrer_host, search) }} then 'organic_search'
                    else 'referral'
                end
        when {{ page_url }} is not null then 'direct'
        else 'unknown'
    end
{%- endmacro %}
