// Hive Gateway's settings: the defaults, with equal requests under way shared where that is measured.
export const gatewayConfig = {
  logging: 'warn',
  pollingInterval: 0,
  inboundInflightRequestDeduplication: process.env.SHARING === 'on',
};
