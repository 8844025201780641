# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_price_changes {
  sql_table_name: @{marts}.fct_price_changes ;;

  dimension: row_key {
    primary_key: yes
    hidden: yes
    sql: concat(case when ${TABLE}.product_id is null then '-' else concat('=', cast(${TABLE}.product_id as string)) end, ',', case when ${TABLE}.changed_at is null then '-' else concat('=', cast(${TABLE}.changed_at as string)) end) ;;
  }

  dimension: product_id {
    type: string
    description: "The product."
    sql: ${TABLE}.product_id ;;
  }

  dimension: previous_currency {
    type: string
    description: "Currency of the price before, ISO 4217; null where the source did not say."
    sql: ${TABLE}.previous_currency ;;
  }

  dimension: currency {
    type: string
    description: "Currency of the new price, ISO 4217; null where the source does not say."
    sql: ${TABLE}.currency ;;
  }

  dimension: previous_unit_price {
    type: number
    description: "List price of one unit before, in `previous_currency`; null where it was not told."
    sql: ${TABLE}.previous_unit_price ;;
  }

  dimension: unit_price {
    type: number
    description: "List price of one unit from then on, in `currency`; null where it is not told any more."
    sql: ${TABLE}.unit_price ;;
  }

  dimension_group: changed {
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
    description: "The shop's day on which the price changed."
    sql: ${TABLE}.changed_date ;;
  }

  dimension_group: changed_at {
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
    description: "Since when the new price is true, in UTC."
    sql: ${TABLE}.changed_at ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
