# Written by `shopflow lookml`; your own fields belong into a refinement, in another file.

view: fct_sessions {
  sql_table_name: @{marts}.fct_sessions ;;

  dimension: session_id {
    type: string
    description: "The session's id, made from visitor_id and session_started_at."
    sql: ${TABLE}.session_id ;;
  }

  dimension: visitor_id {
    type: string
    description: "Whose session it is: `u:` and the user's id where known, else `a:` and the anonymous id."
    sql: ${TABLE}.visitor_id ;;
  }

  dimension: user_id {
    type: string
    description: "The signed-in user; null for an anonymous visitor."
    sql: ${TABLE}.user_id ;;
  }

  dimension: channel {
    type: string
    description: "How the visitor came: email, paid_search, paid_social, display, affiliate, organic_search, organic_social, referral, direct, or unknown where the source says neither page nor campaign."
    sql: ${TABLE}.channel ;;
  }

  dimension: utm_source {
    type: string
    description: "Campaign source, as it came."
    sql: ${TABLE}.utm_source ;;
  }

  dimension: utm_medium {
    type: string
    description: "Campaign medium, as it came."
    sql: ${TABLE}.utm_medium ;;
  }

  dimension: utm_campaign {
    type: string
    description: "Name of the campaign."
    sql: ${TABLE}.utm_campaign ;;
  }

  dimension: referrer_host {
    type: string
    description: "Host of the page before the session; null where there is none or it is the shop's own."
    sql: ${TABLE}.referrer_host ;;
  }

  dimension: landing_page_path {
    type: string
    description: "Path of the page that the session began on."
    sql: ${TABLE}.landing_page_path ;;
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

  dimension: events {
    type: number
    description: "All events."
    sql: ${TABLE}.events ;;
  }

  dimension: page_views {
    type: number
    description: "Events of type page_view."
    sql: ${TABLE}.page_views ;;
  }

  dimension: product_views {
    type: number
    description: "Events of type product_view."
    sql: ${TABLE}.product_views ;;
  }

  dimension: searches {
    type: number
    description: "Events of type search."
    sql: ${TABLE}.searches ;;
  }

  dimension: cart_adds {
    type: number
    description: "Events of type add_to_cart."
    sql: ${TABLE}.cart_adds ;;
  }

  dimension: checkouts {
    type: number
    description: "Events of type begin_checkout."
    sql: ${TABLE}.checkouts ;;
  }

  dimension: purchases {
    type: number
    description: "Events of type purchase: lines of orders, not orders."
    sql: ${TABLE}.purchases ;;
  }

  dimension: duration_seconds {
    type: number
    description: "Whole seconds from the first event to the last."
    sql: ${TABLE}.duration_seconds ;;
  }

  dimension: is_bounce {
    type: yesno
    description: "Whether it has one single event."
    sql: ${TABLE}.is_bounce ;;
  }

  dimension: is_converted {
    type: yesno
    description: "Whether something was bought, seen before or not."
    sql: ${TABLE}.is_converted ;;
  }

  dimension: has_view {
    type: yesno
    description: "Funnel step 1: a product was seen."
    sql: ${TABLE}.has_view ;;
  }

  dimension: has_cart {
    type: yesno
    description: "Step 2: and something was put into the cart."
    sql: ${TABLE}.has_cart ;;
  }

  dimension: has_checkout {
    type: yesno
    description: "Step 3: and it went to the checkout, or something was bought."
    sql: ${TABLE}.has_checkout ;;
  }

  dimension: has_purchase {
    type: yesno
    description: "Step 4: and something was bought."
    sql: ${TABLE}.has_purchase ;;
  }

  dimension: has_ordered_cart {
    type: yesno
    description: "Step 2, in order: after a product was seen, something was put into the cart. The same instant counts as after."
    sql: ${TABLE}.has_ordered_cart ;;
  }

  dimension: has_ordered_checkout {
    type: yesno
    description: "Step 3, in order: after that, it went to the checkout, or something was bought."
    sql: ${TABLE}.has_ordered_checkout ;;
  }

  dimension: has_ordered_purchase {
    type: yesno
    description: "Step 4, in order: after that, something was bought."
    sql: ${TABLE}.has_ordered_purchase ;;
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
    description: "The shop's day on which it began."
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
    description: "Its first event, in UTC."
    sql: ${TABLE}.session_started_at ;;
  }

  dimension_group: session_ended {
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
    description: "Its last event, in UTC."
    sql: ${TABLE}.session_ended_at ;;
  }

  measure: rows {
    type: count
    description: "Rows of the mart; what one row is, its explore says."
  }
}
