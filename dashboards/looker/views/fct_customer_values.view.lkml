# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_customer_values {
  sql_table_name: @{marts}.fct_customer_values ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.event_date is null then '-' else concat('=', cast(${TABLE}.event_date as string)) end, ',', case when ${TABLE}.currency is null then '-' else concat('=', cast(${TABLE}.currency as string)) end, ',', case when ${TABLE}.at_least_value is null then '-' else concat('=', cast(${TABLE}.at_least_value as string)) end) ;;
  }

  dimension: currency {
    type: string
    description: "Currency of the values, ISO 4217; null where the source does not say."
    sql: ${TABLE}.currency ;;
  }

  dimension: at_least_value {
    type: number
    description: "The whole amount that the values of the range reach; null for values below 0."
    sql: ${TABLE}.at_least_value ;;
  }

  dimension: below_value {
    type: number
    description: "The whole amount that they are below; null in the last range."
    sql: ${TABLE}.below_value ;;
  }

  dimension: customers {
    type: number
    description: "How many customers."
    sql: ${TABLE}.customers ;;
  }

  dimension: net_amount {
    type: number
    description: "The sum of their values."
    sql: ${TABLE}.net_amount ;;
  }

  dimension_group: event {
    type: time
    timeframes: [
      raw,
      date,
      week,
      month,
      quarter,
      year,
    ]
    datatype: date
    convert_tz: no
    description: "The shop's day."
    sql: ${TABLE}.event_date ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
