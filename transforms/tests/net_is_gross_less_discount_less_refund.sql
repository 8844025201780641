-- The rows of a mart with money in which gross - discount - refund is not net.
{%- for mart in ['fct_revenue', 'fct_orders', 'fct_cohort_revenue'] %}
select
    '{{ mart }}' as mart,
    gross_amount,
    discount_amount,
    refund_amount,
    net_amount
from {{ rebuilt_rows(mart) }}
where gross_amount - discount_amount - refund_amount <> net_amount
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
