# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_revenue {
  sql_table_name: @{marts}.fct_revenue ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.event_date is null then '-' else concat('=', cast(${TABLE}.event_date as string)) end, ',', case when ${TABLE}.product_id is null then '-' else concat('=', cast(${TABLE}.product_id as string)) end, ',', case when ${TABLE}.channel is null then '-' else concat('=', cast(${TABLE}.channel as string)) end, ',', case when ${TABLE}.device_type is null then '-' else concat('=', cast(${TABLE}.device_type as string)) end, ',', case when ${TABLE}.country is null then '-' else concat('=', cast(${TABLE}.country as string)) end, ',', case when ${TABLE}.currency is null then '-' else concat('=', cast(${TABLE}.currency as string)) end) ;;
  }

  dimension: product_id {
    type: string
    description: "The product."
    sql: ${TABLE}.product_id ;;
  }

  dimension: channel {
    type: string
    description: "Channel of the session in which the order was placed."
    sql: ${TABLE}.channel ;;
  }

  dimension: device_type {
    type: string
    description: "Device of that session."
    sql: ${TABLE}.device_type ;;
  }

  dimension: country {
    type: string
    description: "Country of that session, ISO 3166-1 alpha-2."
    sql: ${TABLE}.country ;;
  }

  dimension: currency {
    type: string
    description: "Currency of the amounts, ISO 4217; null where the source does not say."
    sql: ${TABLE}.currency ;;
  }

  dimension: purchase_lines {
    type: number
    description: "Lines bought: purchase events."
    sql: ${TABLE}.purchase_lines ;;
  }

  dimension: units {
    type: number
    description: "Units bought."
    sql: ${TABLE}.units ;;
  }

  dimension: refund_lines {
    type: number
    description: "Lines paid back: refund events."
    sql: ${TABLE}.refund_lines ;;
  }

  dimension: refunded_units {
    type: number
    description: "Units paid back."
    sql: ${TABLE}.refunded_units ;;
  }

  dimension: gross_amount {
    type: number
    description: "Sum of quantity * unit_price of the purchases."
    sql: ${TABLE}.gross_amount ;;
  }

  dimension: discount_amount {
    type: number
    description: "Sum of the discounts on the purchases."
    sql: ${TABLE}.discount_amount ;;
  }

  dimension: refund_amount {
    type: number
    description: "Sum of what was paid back: quantity * unit_price - discount of the refunds."
    sql: ${TABLE}.refund_amount ;;
  }

  dimension: net_amount {
    type: number
    description: "gross_amount - discount_amount - refund_amount; below zero on a day with more refunds than sales."
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
    description: "The shop's day on which it was bought or paid back."
    sql: ${TABLE}.event_date ;;
  }

  measure: net_revenue {
    type: sum
    sql: ${net_amount} ;;
    label: "Net revenue"
    description: "Sales minus discounts minus refunds, each on its own day. Only within one currency: filter or group by it."
    value_format_name: decimal_2
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
