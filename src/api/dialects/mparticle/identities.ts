/** Columns with a meaning of their own, in any case. Facts as data. */

/** What leads to a user, strongest first: the type of the identity, and the columns that hold it. */
const users: Readonly<Record<string, readonly string[]>> = {
  customer_id: ['customer_id', 'customerid'],
  email: ['email'],
  mobile_number: ['mobile_number'],
  phone_number_2: ['phone_number_2'],
  phone_number_3: ['phone_number_3'],
  other: ['other'],
  ...Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`other_id_${at + 2}`, [`other_id_${at + 2}`]])),
  ...Object.fromEntries(
    ['facebook', 'twitter', 'google', 'microsoft', 'yahoo', 'facebook_custom_audience_id'].map((name) => [name, [name]]),
  ),
};

const devices = [
  'android_uuid',
  'ios_advertising_id',
  'push_token',
  'ios_idfv',
  'android_advertising_id',
  'amp_id',
  'roku_advertising_id',
  'roku_publisher_id',
  'microsoft_advertising_id',
  'microsoft_publisher_id',
  'fire_advertising_id',
  'mp_deviceid',
];

export interface Identity {
  readonly field: string;
  readonly type: string;
}

/** Devices lead to whoever used them, where nothing stronger does. */
export const reserved: readonly Identity[] = [
  ...Object.entries(users).flatMap(([type, columns]) => columns.map((field) => ({ field, type }))),
  ...devices.map((field) => ({ field, type: field })),
];
