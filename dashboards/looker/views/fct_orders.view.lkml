# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_orders {
  sql_table_name: @{marts}.fct_orders ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.order_key is null then '-' else concat('=', cast(${TABLE}.order_key as string)) end, ',', case when ${TABLE}.currency is null then '-' else concat('=', cast(${TABLE}.currency as string)) end) ;;
  }

  dimension: order_key {
    type: string
    description: "`o:` and the order's id, or `e:`, the day and the event's id where the source has no order id."
    sql: ${TABLE}.order_key ;;
  }

  dimension: order_id {
    type: string
    description: "The order's id; the event's id where the source has none."
    sql: ${TABLE}.order_id ;;
  }

  dimension: is_order_id_derived {
    type: yesno
    description: "True where the source has no order id: each purchase line then is an order of its own."
    sql: ${TABLE}.is_order_id_derived ;;
  }

  dimension: visitor_id {
    type: string
    description: "Who placed it: `u:` and the user's id where known, else `a:` and the anonymous id."
    sql: ${TABLE}.visitor_id ;;
  }

  dimension: user_id {
    type: string
    description: "The signed-in user who placed it; null for an anonymous visitor."
    sql: ${TABLE}.user_id ;;
  }

  dimension: session_id {
    type: string
    description: "The session in which it was placed."
    sql: ${TABLE}.session_id ;;
  }

  dimension: channel {
    type: string
    description: "Channel of that session."
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

  dimension: order_number {
    type: number
    description: "1 for the visitor's first order, 2 for the next; by ordered_at, then order_key."
    sql: ${TABLE}.order_number ;;
  }

  dimension: is_first_order {
    type: yesno
    description: "Whether it is the visitor's first order."
    sql: ${TABLE}.is_first_order ;;
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

  dimension: refunded_units {
    type: number
    description: "Units paid back so far."
    sql: ${TABLE}.refunded_units ;;
  }

  dimension: is_refunded {
    type: yesno
    description: "Whether anything of it was paid back so far."
    sql: ${TABLE}.is_refunded ;;
  }

  dimension: gross_amount {
    type: number
    description: "Sum of quantity * unit_price of its lines."
    sql: ${TABLE}.gross_amount ;;
  }

  dimension: discount_amount {
    type: number
    description: "Sum of the discounts on its lines."
    sql: ${TABLE}.discount_amount ;;
  }

  dimension: refund_amount {
    type: number
    description: "What was paid back so far."
    sql: ${TABLE}.refund_amount ;;
  }

  dimension: net_amount {
    type: number
    description: "gross_amount - discount_amount - refund_amount."
    sql: ${TABLE}.net_amount ;;
  }

  dimension: since_previous_order_seconds {
    type: number
    description: "Seconds since the visitor's order before; null for the first order."
    sql: ${TABLE}.since_previous_order_seconds ;;
  }

  dimension: since_first_seen_seconds {
    type: number
    description: "Seconds since the visitor's first event; for the first order this is the time to purchase."
    sql: ${TABLE}.since_first_seen_seconds ;;
  }

  dimension_group: order {
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
    description: "The shop's day on which it was placed."
    sql: ${TABLE}.order_date ;;
  }

  dimension_group: ordered {
    type: time
    timeframes: [
      raw,
      time,
      hour,
      date,
      week,
      month,
      quarter,
      year,
    ]
    description: "When its first line was bought, in UTC."
    sql: ${TABLE}.ordered_at ;;
  }

  measure: orders {
    type: count_distinct
    sql: case when ${purchase_lines} > 0 then ${order_key} end ;;
    label: "Orders"
    description: "Orders placed in the period, in whatever currency."
    value_format_name: decimal_0
  }

  measure: average_order {
    type: number
    sql: 1.0 * (${total_gross_amount} - ${total_discount_amount}) / nullif(${different_order_key_where_purchase_lines}, 0) ;;
    label: "Average order"
    description: "Sales minus discounts for each order placed in the period in this currency. Refunds are not taken off. Only within one currency: filter or group by it."
    value_format_name: decimal_2
  }

  measure: different_order_key_where_purchase_lines {
    type: count_distinct
    sql: case when ${purchase_lines} > 0 then ${order_key} end ;;
    hidden: yes
  }

  measure: total_discount_amount {
    type: sum
    sql: ${discount_amount} ;;
    hidden: yes
  }

  measure: total_gross_amount {
    type: sum
    sql: ${gross_amount} ;;
    hidden: yes
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
