"""What programs export, as text: the header as they write it and rows as they look; invented people and amounts."""

from __future__ import annotations

from typing import NamedTuple


class Export(NamedTuple):
    """One export.

    Attributes:
        name: What writes it.
        text: The file.
        call: What `guess` proposes, or what it asks.
        encoding: How it is encoded.
    """

    name: str
    text: str
    call: str
    encoding: str = "utf-8"


EXPORTS = [
    Export(
        "Shopify, orders",
        "Name,Email,Financial Status,Paid at,Fulfillment Status,Fulfilled at,Currency,Subtotal,Shipping,Taxes,Total,"
        "Discount Code,Created at,Lineitem quantity,Lineitem name,Lineitem price,Billing Name,Cancelled at,Id\n"
        "#1001,ann@x.example,paid,2024-01-05 10:01:00 +0300,fulfilled,2024-01-06 09:00:00 +0300,EUR,40.00,5.00,0.00,"
        "45.00,,2024-01-05 10:00:00 +0300,1,Mug,40.00,Ann,,5001\n"
        "#1002,bob@x.example,refunded,2024-01-09 10:01:00 +0300,,,EUR,30.00,5.00,0.00,35.00,,"
        "2024-01-09 10:00:00 +0300,1,Cup,30.00,Bob,,5002\n"
        "#1003,ann@x.example,paid,2024-02-15 10:01:00 +0300,,,EUR,40.00,5.00,0.00,45.00,,"
        "2024-02-15 10:00:00 +0300,1,Mug,40.00,Ann,,5003\n",
        "read_orders(customer='Email', at='Created at', status='Financial Status', amount='Total')",
    ),
    Export(
        "WooCommerce, orders",
        "Order Number,Order Status,Order Date,First Name (Billing),Email (Billing),Phone (Billing),"
        "Order Subtotal Amount,Order Total Amount,SKU,Item Name,Quantity (- Refund),Item Cost\n"
        "901,Completed,2024-01-05 10:00,Ann,ann@x.example,+7 900 000-00-01,40,45,M1,Mug,1,40\n"
        "902,Cancelled,2024-01-09 11:00,Bob,bob@x.example,+7 900 000-00-02,30,35,C1,Cup,1,30\n"
        "903,Completed,2024-02-15 12:00,Ann,ann@x.example,+7 900 000-00-01,40,45,M1,Mug,1,40\n",
        "read_orders(customer='Email (Billing)', at='Order Date', receipt='Order Number', status='Order Status',"
        " quantity='Quantity (- Refund)', price='Item Cost')",
    ),
    Export(
        "Stripe, payments",
        "id,Description,Created (UTC),Amount,Amount Refunded,Currency,Status,Captured,Customer ID,Customer Email\n"
        "ch_1,Plan A,2024-01-05 10:00,20.00,0.00,eur,Paid,true,cus_1,ann@x.example\n"
        "ch_2,Plan A,2024-01-09 10:00,20.00,0.00,eur,Failed,false,cus_2,bob@x.example\n"
        "ch_3,Plan A,2024-02-05 10:00,20.00,0.00,eur,Paid,true,cus_1,ann@x.example\n",
        "read_orders(customer='Customer ID', at='Created (UTC)', status='Status', amount='Amount')",
    ),
    Export(
        "Stripe, subscriptions",
        "id,Customer ID,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),Start (UTC),"
        "Current Period Start (UTC),Current Period End (UTC),Canceled At (UTC),Ended At (UTC)\n"
        "sub_1,cus_1,ann@x.example,A,1,eur,month,20.00,active,2024-01-05 10:00,2024-01-05 10:00,2024-03-05 10:00,"
        "2024-04-05 10:00,,\n"
        "sub_2,cus_2,bob@x.example,A,1,eur,month,20.00,canceled,2024-01-09 10:00,2024-01-09 10:00,2024-02-09 10:00,"
        "2024-03-09 10:00,2024-02-20 10:00,2024-03-09 10:00\n",
        "read_contracts(customer='Customer ID', start='Start (UTC)', end='Ended At (UTC)', amount='Amount')",
    ),
    Export(
        "1C, sales",
        "Дата;Номер;Контрагент;Сумма документа;Валюта;Ответственный\n"
        "15.01.2024 0:00:00;00ТО-000001;ООО Ромашка;1 000,50;руб.;Иванова\n"
        "16.01.2024 0:00:00;00ТО-000002;ИП Петров;200,00;руб.;Иванова\n"
        "03.02.2024 0:00:00;00ТО-000003;ООО Ромашка;300,00;руб.;Иванова\n",
        "read_orders(customer='Контрагент', at='Дата', amount='Сумма документа')",
        "cp1251",
    ),
    Export(
        "amoCRM, deals",
        "ID;Название сделки;Основной контакт;Компания;Ответственный;Этап сделки;Бюджет;Дата создания;Дата закрытия\n"
        "1;Поставка;Анна;ООО Ромашка;Иванова;Успешно реализовано;1000;05.01.2024 10:00;15.01.2024 10:00\n"
        "2;Монтаж;Борис;ООО Лютик;Иванова;Переговоры;500;06.01.2024 10:00;\n"
        "3;Поставка;Анна;ООО Ромашка;Иванова;Закрыто и не реализовано;700;16.02.2024 10:00;20.02.2024 10:00\n",
        "asks: customer= Основной контакт / Компания",
    ),
    Export(
        "Bitrix24, deals",
        "ID;Стадия сделки;Название сделки;Сумма;Валюта;Компания;Контакт;Дата начала;Дата завершения;Дата создания\n"
        "1;Сделка успешна;Поставка;1000;руб.;ООО Ромашка;Анна;05.01.2024;15.01.2024;05.01.2024 10:00\n"
        "2;Переговоры;Монтаж;500;руб.;ООО Лютик;Борис;06.01.2024;16.01.2024;06.01.2024 10:00\n",
        "asks: customer= Контакт / Компания",
    ),
    Export(
        "RetailCRM, orders",
        "Номер;Дата оформления;Статус заказа;ID клиента;Клиент;Телефон;E-mail;Сумма заказа;Менеджер\n"
        "1A;05.01.2024 10:00;Выполнен;17;Анна;+7 900 000-00-01;ann@x.example;1 000;Иванова\n"
        "2A;16.01.2024 11:00;Отменен;18;Борис;+7 900 000-00-02;bob@x.example;500;Иванова\n"
        "3A;13.02.2024 12:00;Выполнен;17;Анна;+7 900 000-00-01;ann@x.example;700;Иванова\n",
        "read_orders(customer='ID клиента', at='Дата оформления', status='Статус заказа', amount='Сумма заказа')",
    ),
    Export(
        "bank, account statement",
        "Дата операции;Дата проводки;Номер документа;Контрагент;ИНН контрагента;Сумма операции;Назначение платежа\n"
        "15.01.2024;16.01.2024;11;ООО Ромашка;7700000001;1 000,50;Оплата по счёту\n"
        "16.01.2024;17.01.2024;12;ИП Петров;7700000002;200,00;Оплата по счёту\n"
        "13.02.2024;14.02.2024;13;ООО Ромашка;7700000001;300,00;Оплата по счёту\n",
        "read_orders(customer='Контрагент', at='Дата операции', receipt='Номер документа', amount='Сумма операции')",
        "cp1251",
    ),
    Export(
        "public log of a marketplace",
        "order_id,customer_id,customer_unique_id,order_status,order_purchase_timestamp,order_approved_at,payment_value\n"
        "o1,k1,u1,delivered,2018-01-05 10:00:00,2018-01-05 11:00:00,45.00\n"
        "o2,k2,u2,canceled,2018-01-09 10:00:00,,35.00\n"
        "o3,k3,u1,delivered,2018-02-15 10:00:00,2018-02-15 11:00:00,45.00\n",
        "read_orders(customer='customer_unique_id', at='order_purchase_timestamp', receipt='order_id',"
        " status='order_status', amount='payment_value')",
    ),
    Export(
        "public log of a shop",
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "536365,85123A,HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom\n"
        "C536379,D,Discount,-1,2010-12-01 09:41:00,27.50,14527,United Kingdom\n"
        "536401,22110,BIRD,2,2010-12-20 11:21:00,2.10,17850,United Kingdom\n",
        "read_orders(customer='CustomerID', at='InvoiceDate', receipt='InvoiceNo', quantity='Quantity',"
        " price='UnitPrice')",
    ),
    Export(
        "list of subscriptions",
        "cust_id,plan,subscription_start,subscription_end,mrr\n"
        "1,A,2024-01-05,,20\n2,A,2024-01-09,2024-03-09,20\n3,B,2024-02-15,,40\n",
        "read_contracts(customer='cust_id', start='subscription_start', end='subscription_end', amount='mrr')",
    ),
    Export(
        "card transactions",
        "ID клиента;Дата транзакции;Сумма транзакции;Категория\n"
        "17;05.01.2024 10:00;1 000,50;Продукты\n18;16.01.2024 11:00;500,00;Кафе\n17;13.02.2024 12:00;700,00;Кафе\n",
        "read_orders(customer='ID клиента', at='Дата транзакции', amount='Сумма транзакции')",
    ),
    Export(
        "log of clicks",
        "event_time,event_type,product_id,price,user_id\n"
        "2019-10-01 00:00:00 UTC,view,1,35.79,5\n2019-10-01 00:01:00 UTC,cart,1,35.79,5\n"
        "2019-10-01 00:02:00 UTC,purchase,1,35.79,5\n2019-10-05 00:00:00 UTC,view,2,5.00,6\n",
        "read_events(customer='user_id', at='event_time', kind='event_type')",
    ),
]
