{# A whole build of an incremental model. One that tells its `days` is put together from slices, each a run of days, in one
   transaction: a sort or a join of a few million events fits into memory where one of a year has to be spilled, and the
   table comes to lie in the order of its dates, so that later builds find the few blocks that hold the days they look for.
   A slice asks of the model what an increment asks: the rows that touched dates make anew (see whole_or_slice). #}
{% macro build_in_slices(target_relation, select_sql) %}
    {%- set told = config.get('meta') -%}
    {%- set dates = told.since[0] if 'since' in told else told.rebuilt_by if 'days' in told -%}
    {%- set first_days = [none] -%}
    {%- if 'days' in told and 'changed_in' not in told -%}
        {%- do first_days.extend(later_slices(told.days[1] - told.days[0] + 1)) -%}
    {%- endif -%}
    {%- for first_day in first_days %}
        {%- if first_days | length > 1 %}
            {% call statement('slice') -%}
                {#- Nothing comes before the first slice or after the last one, so they have no end. -#}
                {%- set no_end = 'cast(null as date)' -%}
                {%- set next_day = loop.nextitem -%}
                set variable touched_from = {{ "date '%s' - (%d)" % (first_day, told.days[0]) if first_day else no_end }};
                set variable touched_to = {{ "date '%s' - 1 - (%d)" % (next_day, told.days[1]) if next_day else no_end }}
            {%- endcall %}
        {%- endif %}
        {%- if loop.first %}
            {{ build_whole_table(target_relation, select_sql, order_by=dates) }}
        {%- else %}
            {% call statement('main') -%}
                insert into {{ target_relation }} by name (
                    {{ select_sql }}
                )
                order by {{ dates }}
            {%- endcall %}
        {%- endif %}
    {%- endfor %}
    {%- if first_days | length > 1 %}
        {% call statement('end_of_slices') -%}
            reset variable touched_from;
            reset variable touched_to
        {%- endcall %}
    {%- endif %}
{% endmacro %}


{# The first days of all slices but the first: about `events_in_slice` events each, and `shortest` days at least. Every
   twentieth block of events is counted, where that does not make it a guess. #}
{% macro later_slices(shortest) %}
    {%- set events = var('events_in_slice', 2500000) -%}
    {%- set counted = 5 if events >= 1000000 else 100 -%}
    {% call statement('slices', fetch_result=true) -%}
        with

        runs as (

            select
                (event_date - date '2000-01-01') // {{ shortest }} as run_of_days,
                count(*) * {{ 100 // counted }} as events
            from {{ graph.sources['source.shopflow.raw.events'].relation_name }}
            tablesample system ({{ counted }} percent)
            group by run_of_days

        ),

        slices as (

            select
                run_of_days,
                (sum(events) over (order by run_of_days) - 1) // {{ events }} as slice
            from runs

        )

        select cast(date '2000-01-01' + cast(min(run_of_days) * {{ shortest }} as int) as varchar) as first_day
        from slices
        group by slice
        order by first_day
    {%- endcall %}
    {{ return(load_result('slices').data[1:] | map('first') | list) }}
{% endmacro %}
