# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_conversions {
  sql_table_name: @{marts}.fct_conversions ;;

  dimension: session_id {
    primary_key: yes
    type: string
    description: "The session."
    sql: ${TABLE}.session_id ;;
  }

  dimension: visitor_id {
    type: string
    description: "Who bought."
    sql: ${TABLE}.visitor_id ;;
  }

  dimension: user_id {
    type: string
    description: "The signed-in user; null for an anonymous visitor."
    sql: ${TABLE}.user_id ;;
  }

  dimension: channel {
    type: string
    description: "Channel of the session."
    sql: ${TABLE}.channel ;;
  }

  dimension: last_non_direct_channel {
    type: string
    description: "Channel of the visitor's last session, this one included, that began in the 30 days up to this one and was neither direct nor unknown; the session's own channel where there is none."
    sql: ${TABLE}.last_non_direct_channel ;;
  }

  dimension: device_type {
    type: string
    description: "Kind of device at the opening."
    sql: ${TABLE}.device_type ;;
  }

  dimension: country {
    type: string
    description: "Country at the opening, ISO 3166-1 alpha-2."
    sql: ${TABLE}.country ;;
  }

  dimension: currency {
    type: string
    description: "Currency of the first purchase, and of the amounts, ISO 4217; null where the source does not say."
    sql: ${TABLE}.currency ;;
  }

  dimension: orders {
    type: number
    description: "Orders with a line in this session, in whatever currency."
    sql: ${TABLE}.orders ;;
  }

  dimension: units {
    type: number
    description: "Units bought, in whatever currency."
    sql: ${TABLE}.units ;;
  }

  dimension: gross_amount {
    type: number
    description: "Sum of quantity * unit_price of what was bought in `currency`."
    sql: ${TABLE}.gross_amount ;;
  }

  dimension: discount_amount {
    type: number
    description: "Sum of the discounts on it."
    sql: ${TABLE}.discount_amount ;;
  }

  dimension: net_amount {
    type: number
    description: "gross_amount - discount_amount, before any refund."
    sql: ${TABLE}.net_amount ;;
  }

  dimension: has_other_currencies {
    type: yesno
    description: "Whether something was bought in another currency, too."
    sql: ${TABLE}.has_other_currencies ;;
  }

  dimension: sessions_in_30_days_before {
    type: number
    description: "The visitor's sessions that began in the 30 days before this one."
    sql: ${TABLE}.sessions_in_30_days_before ;;
  }

  dimension: to_purchase_seconds {
    type: number
    description: "Whole seconds from the session's start to its first purchase."
    sql: ${TABLE}.to_purchase_seconds ;;
  }

  dimension_group: session {
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
    description: "The shop's day on which the session began."
    sql: ${TABLE}.session_date ;;
  }

  dimension_group: session_started {
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
    description: "When the session began, in UTC."
    sql: ${TABLE}.session_started_at ;;
  }

  dimension_group: converted {
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
    description: "When the first line was bought, in UTC."
    sql: ${TABLE}.converted_at ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
